package io.pairstream.service.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pairstream.schemas.wire.RootCause;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server's certificate, in two files of PEM text.
 *
 * @param chain the server's certificate, then those that lead to a known authority
 * @param key its private key: PKCS #8, not encrypted
 */
public record PemCertificate(Path chain, Path key) {

  /** Name of the certificate in a key store. */
  static final String ALIAS = "server";

  private static final Pattern KEY =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----([^-]+)-----END");

  /** How to sign with a key of each algorithm, to see whether it is the certificate's. */
  private static final Map<String, String> SIGNATURES =
      Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA");

  /** Both files' bytes, one after the other, which change when they do. */
  byte[] bytes() throws IOException {
    byte[] first = read(chain);
    byte[] second = read(key);
    return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
  }

  /**
   * The certificate and its key.
   *
   * @throws IOException where a file cannot be read, or holds something else; the message says
   *     which, and what would be right
   */
  public KeyStore load() throws IOException {
    try {
      Certificate[] certificates = certificates(chain).toArray(Certificate[]::new);
      PrivateKey own = privateKey(certificates[0].getPublicKey());
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(ALIAS, own, new char[0], certificates);
      return store;
    } catch (GeneralSecurityException e) {
      throw new IOException(chain + " and " + key + ": " + e.getMessage(), e);
    }
  }

  /** Says when the certificate of {@link #load} expired; empty where it has not. */
  static Optional<String> expiry(KeyStore store) throws IOException {
    try {
      Instant end = ((X509Certificate) store.getCertificate(ALIAS)).getNotAfter().toInstant();
      return Optional.of("expired at " + end + ": clients refuse it")
          .filter(expired -> end.isBefore(Instant.now()));
    } catch (KeyStoreException e) {
      throw new IOException(e);
    }
  }

  /**
   * The certificates in a file of PEM text, at least one.
   *
   * @throws IOException where it cannot be read, or holds something else
   */
  public static List<Certificate> certificates(Path file) throws IOException {
    try {
      List<Certificate> certificates =
          List.copyOf(
              CertificateFactory.getInstance("X.509")
                  .generateCertificates(new ByteArrayInputStream(read(file))));
      if (!certificates.isEmpty()) {
        return certificates;
      }
    } catch (CertificateException e) {
      throw new IOException(file + " holds no certificates as PEM text", e);
    }
    throw new IOException(file + " holds no certificates as PEM text");
  }

  private PrivateKey privateKey(PublicKey counterpart)
      throws IOException, GeneralSecurityException {
    Matcher found = KEY.matcher(new String(read(key), US_ASCII));
    if (!found.find() || !found.group(1).isEmpty()) {
      throw new IOException(
          key
              + " holds no private key as PEM text in PKCS #8 without a password; to make one:"
              + " openssl pkcs8 -topk8 -nocrypt -in KEY -out FILE");
    }
    String algorithm = counterpart.getAlgorithm();
    try {
      byte[] encoded = Base64.getMimeDecoder().decode(found.group(2));
      PrivateKey own =
          KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      if (isPair(new KeyPair(counterpart, own))) {
        return own;
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(
          "%s holds no %s key, as the certificate in %s asks for".formatted(key, algorithm, chain),
          e);
    }
    throw new IOException("%s is not the key of the certificate in %s".formatted(key, chain));
  }

  private static boolean isPair(KeyPair pair) throws GeneralSecurityException {
    String algorithm = pair.getPublic().getAlgorithm();
    Signature signature = Signature.getInstance(SIGNATURES.getOrDefault(algorithm, algorithm));
    signature.initSign(pair.getPrivate());
    signature.update((byte) 1);
    byte[] signed = signature.sign();
    signature.initVerify(pair.getPublic());
    signature.update((byte) 1);
    return signature.verify(signed);
  }

  private static byte[] read(Path file) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IOException(RootCause.message(e), e);
    }
  }
}
