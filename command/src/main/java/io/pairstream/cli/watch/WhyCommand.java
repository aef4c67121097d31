package io.pairstream.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.curation.history.PairAnswer;
import io.pairstream.curation.history.PairHistory;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.operate.instances.InstanceChecks;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pairstream why}: what became of one pair or link, and why. */
@Command(name = "why")
public final class WhyCommand extends ClusterCommand {

  @Parameters(paramLabel = "ID")
  private String id;

  @Mixin private DashboardOptions dashboard;

  @Override
  public Integer call() throws IOException, InterruptedException {
    dashboard.check(this);
    String path = "/v1/pairs/" + URLEncoder.encode(id, StandardCharsets.UTF_8) + "/why";
    Optional<JsonNode> indexed = dashboard.ask(options(), path);
    String source =
        dashboard
            .address(options())
            .map(
                at ->
                    indexed.isPresent()
                        ? "the dashboard at " + at
                        : "Kafka, as the dashboard at " + at + " has no answer")
            .orElse("Kafka, as no dashboard runs here; --dashboard URL asks one");
    JsonNode found = indexed.isPresent() ? indexed.get() : read(source);
    if (WhyPrinter.text(found, "status").equals(PairAnswer.UNKNOWN)) {
      return unknown(
          ("nothing is known of %s; an id is whole: 32 hex digits, neither the first of them nor an"
                  + " image's SHA-256; coordinates are topic-partition-offset, and what did not come"
                  + " by HTTP has no id here before it is judged or fetched")
              .formatted(id));
    }
    return answer(
        found,
        () -> {
          WhyPrinter to = new WhyPrinter(out());
          to.print(found);
          if (WhyPrinter.text(found, "status").equals(PairAnswer.RECEIVED)
              && !WhyPrinter.text(found, "kind").equals(PairAnswer.LINK)) {
            InstanceChecks.whyPairsWait(access(), Clock.systemUTC())
                .forEach(why -> to.field("waits", why));
          }
          to.field("read from", source);
        });
  }

  /** From Kafka; says for what it waits where that takes longer. */
  private JsonNode read(String source) {
    return showing(
        progress -> progress.show("reads receipts from %s", source),
        () -> AnswerJson.MAPPER.valueToTree(new PairHistory(access()).answer(id)));
  }
}
