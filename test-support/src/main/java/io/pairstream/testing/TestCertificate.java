package io.pairstream.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate for this machine that only {@link #trusting} trusts, with its private key. */
public record TestCertificate(KeyStore keys) {

  private static final String PASSWORD = "password";
  private static final String ALIAS = "key";

  /**
   * A certificate that {@code keytool} makes.
   *
   * @param folder where it keeps a file of the certificate's name
   * @param algorithm of the key, such as {@code EC}
   * @param name the certificate's common name; one that was made before is the same again
   * @param options of keytool, such as {@code -startdate}
   */
  public static TestCertificate make(Path folder, String algorithm, String name, String... options)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path store = folder.resolve(name + ".p12");
    if (Files.notExists(store)) {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
      command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", "-genkeypair"));
      command.addAll(List.of("-alias", ALIAS, "-keyalg", algorithm, "-dname", "CN=" + name));
      command.addAll(List.of("-ext", "san=dns:localhost,ip:127.0.0.1"));
      command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
      command.addAll(List.of(options));
      Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
      if (keytool.waitFor() != 0) {
        throw new IOException("keytool makes no certificate: " + said);
      }
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return new TestCertificate(keys);
  }

  /** TLS of a client that trusts these certificates alone. */
  public static SSLContext trusting(TestCertificate... certificates)
      throws IOException, GeneralSecurityException {
    KeyStore known = KeyStore.getInstance("PKCS12");
    known.load(null, null);
    for (TestCertificate one : certificates) {
      known.setCertificateEntry(
          one.certificate().getSubjectX500Principal().getName(), one.certificate());
    }
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(known);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }

  public X509Certificate certificate() throws GeneralSecurityException {
    return (X509Certificate) keys.getCertificate(ALIAS);
  }

  /** The certificate as PEM text. */
  public String chainPem() throws GeneralSecurityException {
    return pem("CERTIFICATE", certificate().getEncoded());
  }

  /** The private key as PEM text, PKCS #8. */
  public String keyPem() throws GeneralSecurityException {
    return pem("PRIVATE KEY", keys.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded());
  }

  private static String pem(String what, byte[] bytes) {
    return "-----BEGIN %s-----%n%s%n-----END %s-----%n"
        .formatted(what, Base64.getMimeEncoder().encodeToString(bytes), what);
  }
}
