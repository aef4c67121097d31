package io.pairstream.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Router;
import io.pairstream.service.http.Scope;
import io.pairstream.service.http.WebServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** Routes on a free port, where everybody may look, with a client of them. */
public final class Served implements AutoCloseable {

  private final WebServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  public Served(List<Route> routes) throws IOException {
    Principal viewer = new Principal("anonymous", "", Set.of(Scope.VIEW));
    server =
        new WebServer(
            LongTimeoutServer.settings(),
            new Router(routes),
            request -> viewer,
            Quota.UNLIMITED,
            true);
    server.start();
  }

  public HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
    URI address = URI.create("http://127.0.0.1:" + server.port() + path);
    return client.send(
        HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  /** Body of an answer with status 200. */
  public JsonNode json(String path) throws IOException, InterruptedException {
    return json(path, 200);
  }

  public JsonNode json(String path, int status) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = get(path);
    assertThat(answer.statusCode())
        .as(new String(answer.body(), StandardCharsets.UTF_8))
        .isEqualTo(status);
    return Json.MAPPER.readTree(answer.body());
  }

  @Override
  public void close() {
    server.close();
  }
}
