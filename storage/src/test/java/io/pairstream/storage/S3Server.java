package io.pairstream.storage;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;

/**
 * A server that speaks S3, keeps objects in memory, and has the bucket {@code bucket}. Stores that
 * are opened in this process use it, with the key {@code AKIAOLD}, until it is closed.
 */
public final class S3Server implements AutoCloseable {

  private final S3Proxy server;
  private final Path credentials;
  private final Set<String> properties = new HashSet<>();

  /**
   * @param home for the files of an AWS client
   */
  public S3Server(Path home) throws Exception {
    server =
        S3Proxy.builder()
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.NONE, "", "")
            .blobStore(BlobStores.create("transient-nio2", new Properties()))
            .build();
    server.start();
    HttpRequest make =
        HttpRequest.newBuilder(url().resolve("/bucket")).PUT(BodyPublishers.noBody()).build();
    HttpClient.newHttpClient().send(make, BodyHandlers.discarding());
    credentials = home.resolve("credentials");
    writeCredentials("AKIAOLD");
    set("aws.sharedCredentialsFile", credentials.toString());
    set("aws.configFile", home.resolve("config").toString());
    useEndpoint(url());
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getPort());
  }

  /** Has stores that are opened from now on ask another server. */
  void useEndpoint(URI url) {
    set("aws.endpointUrlS3", url.toString());
  }

  void writeCredentials(String key) throws IOException {
    Files.writeString(
        credentials,
        "[default]\naws_access_key_id = %s\naws_secret_access_key = hidden\n".formatted(key));
  }

  @Override
  public void close() {
    properties.forEach(System::clearProperty);
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the server does not stop", e);
    }
  }

  private void set(String property, String value) {
    properties.add(property);
    System.setProperty(property, value);
  }
}
