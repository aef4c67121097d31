package io.pairstream.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import io.pairstream.cleaning.Measured;
import io.pairstream.cli.command.ClusterCommand;
import io.pairstream.curation.history.PairAnswer;
import io.pairstream.curation.history.PairHistory;
import io.pairstream.curation.sentence.AnswerJson;
import io.pairstream.curation.takedown.TakedownEvent;
import io.pairstream.operate.instances.InstanceChecks;
import io.pairstream.schemas.Hint;
import io.pairstream.schemas.Origin;
import io.pairstream.schemas.PairStatus;
import io.pairstream.schemas.TakedownKind;
import io.pairstream.schemas.wire.OriginHeader;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pairstream why}: what became of one pair or link, and why. */
@Command(name = "why")
public final class WhyCommand extends ClusterCommand {

  /** Treatments of answers outside of a limit that a pair's card shows too. */
  private static final Set<String> SHOWN_OUTSIDE = Set.of("TAG", "HOLD", "REJECT");

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
    if (text(found, "status").equals(PairAnswer.UNKNOWN)) {
      return unknown(
          ("nothing is known of %s; an id is whole: 32 hex digits, neither the first of them nor an"
                  + " image's SHA-256; coordinates are topic-partition-offset, and what did not come"
                  + " by HTTP has no id here before it is judged or fetched")
              .formatted(id));
    }
    return answer(
        found,
        () -> {
          print(found);
          if (text(found, "status").equals(PairAnswer.RECEIVED)
              && !text(found, "kind").equals(PairAnswer.LINK)) {
            InstanceChecks.whyPairsWait(access(), Clock.systemUTC())
                .forEach(why -> field("waits", why));
          }
          field("read from", source);
        });
  }

  /** From Kafka; says for what it waits where that takes longer. */
  private JsonNode read(String source) {
    return showing(
        progress -> progress.show("reads receipts from %s", source),
        () -> AnswerJson.MAPPER.valueToTree(new PairHistory(access()).answer(id)));
  }

  /** Writes an answer as the dashboard gives it at {@code /v1/pairs/ID/why}. */
  private void print(JsonNode answer) {
    String pairId = text(answer, "pair_id");
    String status = text(answer, "status");
    boolean isLink = text(answer, "kind").equals(PairAnswer.LINK);
    JsonNode upload = answer.path("upload");
    String linkId = text(upload, "id");
    field("link", isLink ? (linkId.isEmpty() ? "(no id)" : linkId) : "");
    field("url", text(upload, "url"));
    field("pair", pairId.isEmpty() && !isLink ? "(unreadable)" : pairId);
    field("status", status);
    field("reason", text(answer, "reason"));
    field("", text(answer, "detail"));
    if (isLink && status.equals(PairAnswer.RECEIVED)) {
      field("", "waits for a fetcher; `up --fetch-contact ADDRESS` starts one, as `fetch` does");
    }
    if (status.equals(PairStatus.WITHDRAWN.name())) {
      field("", "its record is removed on purpose; the raw one stays until its topic drops it");
    }
    JsonNode rejected = answer.path("quarantined").path("pair");
    Measured measured =
        rejected.path("measured").isObject()
            ? AnswerJson.read(rejected.path("measured").toString(), Measured.class)
            : Measured.NONE;
    field("measured", measured.inWords());
    field("limit", measured.limitInWords());
    field("step", text(rejected, "step"));
    if (!text(rejected, "copy_of").isEmpty()) {
      String copied = text(answer, "copied");
      field("copy of", copied.isEmpty() ? "(withdrawn)" : "pair " + copied);
    }
    boolean isLifted = true;
    for (JsonNode event : answer.path("events")) {
      isLifted = text(event, "what").equals(TakedownEvent.LIFTED);
      field(isLifted ? "lifted" : "withdrawn", act(event, "at", "by", "subject", pairId));
    }
    if (isLifted && answer.path("takedown").isObject()) {
      JsonNode takedown = answer.path("takedown");
      field("withdrawn", act(takedown, "requested_at", "requested_by", "part_of", pairId));
    }
    answer.path("answers").forEach(said -> field("answer", said(said)));
    answer.path("reviews").forEach(review -> field("review", review(review, pairId)));
    admission(answer.path("admission"), pairId);
    field("remedy", text(answer, "remedy"));
    field("copies", text(answer.path("receipt"), "copies"));
    // What an ingest API notes of a link is written before the link has an offset.
    JsonNode origin = answer.path("origin");
    long offset = origin.path("offset").asLong();
    field(
        "came as",
        offset < 0
            ? ""
            : OriginHeader.text(
                new Origin(text(origin, "topic"), origin.path("partition").asInt(), offset)));
    field("producer", text(answer, "producer"));
    String received = text(answer, "received_at");
    field("received", received.isEmpty() ? "(not said)" : received);
    field("decided", text(answer, "decided_at"));
    field("seen by", rejected.isObject() || isLink ? "" : Hint.of("exposure " + pairId));
  }

  private void admission(JsonNode admission, String pairId) {
    if (!admission.isObject()) {
      return;
    }
    String unknown =
        "%s, of which there is no record: the producer claims it, no person let the pair in"
            .formatted(text(admission, "review_id"));
    JsonNode by = admission.path("review");
    field("review", by.isObject() ? review(by, pairId) : unknown);
    List<String> waived = new ArrayList<>();
    admission.path("waived").forEach(reason -> waived.add(reason.asText()));
    field("waived", String.join(", ", waived));
  }

  /** A member's text; empty where there is none. */
  private static String text(JsonNode of, String name) {
    return of.path(name).isNull() ? "" : of.path(name).asText();
  }

  /** A model's answer, and what the recipe does about it; of one that failed, why. */
  private static String said(JsonNode said) {
    String name = text(said, "name");
    String card = text(said, "card");
    if (name.isEmpty()) {
      return "none of " + card + ": " + text(said, "reason");
    }
    String number = text(said, "number");
    String outside = text(said, "outside");
    return "%s %s, of %s%s"
        .formatted(
            name,
            number.isEmpty() ? text(said, "text") : number,
            card,
            SHOWN_OUTSIDE.contains(outside)
                ? ": outside of the recipe's limits, " + outside.toLowerCase(Locale.ROOT)
                : "");
  }

  /** Who did it when, with what it is part of where it is not the pair's own, and why. */
  private static String act(JsonNode act, String at, String by, String partOf, String pairId) {
    String with = text(act, partOf);
    boolean isItsOwn = with.isEmpty() || with.equals(TakedownKind.PAIR.key(pairId));
    return "on %s by %s%s%s"
        .formatted(
            text(act, at),
            text(act, by),
            isItsOwn ? "" : " with " + with,
            because(text(act, "cause")));
  }

  private static String review(JsonNode review, String pairId) {
    String said =
        "%s: %s on %s by %s%s"
            .formatted(
                text(review, "review_id"),
                text(review, "decision"),
                text(review, "reviewed_at"),
                text(review, "reviewer"),
                because(text(review, "comment")));
    String of = text(review, "pair_id");
    if (!of.isEmpty() && !of.equals(pairId)) {
      return said + "; it was " + of;
    }
    String sent = text(review, "sent_pair_id");
    return sent.isEmpty() || sent.equals(pairId) ? said : said + "; it is now " + sent;
  }

  private static String because(String cause) {
    return cause.isEmpty() ? "" : " because: " + cause;
  }
}
