package io.pairstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.pairstream.operations.cluster.ClusterAccess;
import io.pairstream.operations.lag.LagJson;
import io.pairstream.operations.lag.watch.LagSettings;
import io.pairstream.operations.lag.watch.LagWatcher;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;

/** Where the lag command gets its answers from; each is as {@code GET /v1/lag} gives it. */
interface LagSource extends AutoCloseable {

  /**
   * How things are now.
   *
   * @throws IOException where nobody says so; the message is for the person
   */
  JsonNode look() throws IOException, InterruptedException;

  /** Whether it tells of this data set's own groups, as soon as its topics are there. */
  boolean isOfDataset();

  @Override
  void close();

  /** Looks at Kafka itself. What it has seen since its first look is all that it knows. */
  static LagSource watching(ClusterAccess cluster, Duration interval) {
    LagWatcher watcher =
        new LagWatcher(cluster, LagSettings.every(interval), Clock.systemUTC(), report -> {});
    return new LagSource() {

      @Override
      public JsonNode look() {
        return LagJson.report(watcher.look(), true);
      }

      @Override
      public boolean isOfDataset() {
        return true;
      }

      @Override
      public void close() {
        watcher.close();
      }
    };
  }

  /** Asks a running operators' service, which has watched for longer. */
  static LagSource asking(URI dashboard) {
    HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(3)).build();
    URI address = URI.create(dashboard.toString().replaceFirst("/+$", "") + "/v1/lag");
    return new LagSource() {

      @Override
      public JsonNode look() throws IOException, InterruptedException {
        HttpResponse<byte[]> answer;
        try {
          answer =
              client.send(
                  HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(10)).build(),
                  HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
          throw new IOException("no dashboard answers at " + dashboard, e);
        }
        if (answer.statusCode() != 200) {
          throw new IOException(
              "the dashboard at "
                  + dashboard
                  + " answers "
                  + answer.statusCode()
                  + (answer.statusCode() == 401
                      ? ": it asks for a key; leave it out to look at Kafka itself"
                      : " instead of the lag"));
        }
        try {
          return JsonMapper.builder().build().readTree(answer.body());
        } catch (IOException e) {
          throw new IOException("what answers at " + dashboard + " is no dashboard", e);
        }
      }

      @Override
      public boolean isOfDataset() {
        return false; // it may be another data set's
      }

      @Override
      public void close() {
        // The client has no connections to give back that its end would not.
      }
    };
  }
}
