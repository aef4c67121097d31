package io.pairstream.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** Asks a running operators' service. */
final class DashboardClient {

  private static final Duration TO_CONNECT = Duration.ofSeconds(10);
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(TO_CONNECT).build();
  private final String address;
  private final Optional<String> key;

  /**
   * @param address {@code http://host:port}, with or without a slash behind it
   * @param key an API key with scope view; empty where the service wants none
   */
  DashboardClient(URI address, Optional<String> key) {
    this.address = address.toString().replaceFirst("/+$", "");
    this.key = key;
  }

  /** As it is named in messages, without a slash behind it. */
  String address() {
    return address;
  }

  /**
   * What it answers.
   *
   * @param path of what is asked, such as {@code /v1/lag}
   * @throws IOException where it answers nothing of use; the message is for the person
   */
  JsonNode get(String path) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + path)).timeout(TIMEOUT);
    key.ifPresent(value -> request.header("Authorization", "Bearer " + value));
    HttpResponse<byte[]> answer;
    try {
      answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new IOException("no dashboard answers at " + address, e);
    }
    if (answer.statusCode() == 401 || answer.statusCode() == 403) {
      throw new IOException(
          "the dashboard at "
              + address
              + (key.isEmpty() ? " asks for a key" : " does not take this key")
              + "; --api-key-file names one with scope view");
    }
    JsonNode json = json(answer.body());
    if (answer.statusCode() != 200) {
      String detail = json.path("detail").asText();
      throw new IOException(
          "the dashboard at "
              + address
              + " answers "
              + answer.statusCode()
              + (detail.isEmpty() ? "" : ": " + detail));
    }
    if (!json.isObject()) {
      throw new IOException("what answers at " + address + " is no dashboard");
    }
    return json;
  }

  /** Missing where it is no JSON. */
  private static JsonNode json(byte[] body) throws IOException {
    JsonMapper mapper = new JsonMapper();
    try {
      return mapper.readTree(body);
    } catch (JsonProcessingException e) {
      return mapper.missingNode();
    }
  }
}
