package io.pairstream.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** Answers of services over HTTP. */
public final class Http {

  public static final JsonMapper JSON = new JsonMapper();

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private Http() {}

  public static HttpResponse<String> get(String url) {
    return ask(HttpRequest.newBuilder(URI.create(url)));
  }

  public static JsonNode json(String url) {
    try {
      return JSON.readTree(get(url).body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Posts a body; without authorization where that is empty. */
  public static HttpResponse<String> post(
      String url, String mediaType, String authorization, String body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url)).header("Content-Type", mediaType);
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    return ask(request.POST(BodyPublishers.ofString(body)));
  }

  private static HttpResponse<String> ask(HttpRequest.Builder request) {
    try {
      return CLIENT.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
