package io.pairstream.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.operations.lag.LagReport;
import io.pairstream.operations.sentence.AnswerJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/**
 * A running operators' service, which has watched for longer than a command can.
 *
 * @param address {@code http://host:port}, with or without a slash behind it
 * @param key an API key with scope view; empty where the service wants none
 */
record LagDashboard(URI address, Optional<String> key) {

  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /**
   * How things are now.
   *
   * @throws IOException where it answers nothing of use; the message is for the person
   */
  LagReport look() throws IOException, InterruptedException {
    String name = address.toString().replaceFirst("/+$", "");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(name + "/v1/lag")).timeout(TIMEOUT);
    key.ifPresent(value -> request.header("Authorization", "Bearer " + value));
    HttpResponse<byte[]> answer;
    try {
      answer =
          HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new IOException("no dashboard answers at " + name, e);
    }
    if (answer.statusCode() == 401 || answer.statusCode() == 403) {
      throw new IOException(
          "the dashboard at "
              + name
              + (key.isEmpty() ? " asks for a key" : " does not take this key")
              + "; --api-key-file names one with scope view");
    }
    try {
      JsonNode json = AnswerJson.MAPPER.readTree(answer.body());
      if (answer.statusCode() == 200 && json.has("groups")) {
        return AnswerJson.MAPPER.treeToValue(json, LagReport.class);
      }
      throw new IOException(
          json.has("detail")
              ? "the dashboard at " + name + " says: " + json.path("detail").asText()
              : "what answers at " + name + " is no dashboard");
    } catch (JsonProcessingException e) {
      throw new IOException("what answers at " + name + " is no dashboard", e);
    }
  }
}
