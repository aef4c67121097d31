package io.pairstream.ingest.quotas;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pairstream.ingest.quotas.Quotas.Allowance;
import io.pairstream.service.http.Access;
import io.pairstream.service.http.Answer;
import io.pairstream.service.http.Incoming;
import io.pairstream.service.http.Json;
import io.pairstream.service.http.Principal;
import io.pairstream.service.http.Problem;
import io.pairstream.service.http.ProblemKind;
import io.pairstream.service.http.Quota;
import io.pairstream.service.http.Route;
import io.pairstream.service.http.Scope;
import io.pairstream.service.http.TokenBucket;
import io.pairstream.service.keys.KeyRing;
import io.pairstream.service.keys.Rates;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The quotas of producers, at the ingest API. */
public final class ProducerQuotas implements Quota {

  private final Function<String, Rates> rates;
  private final Quotas quotas;

  /**
   * @param rates what is said for a producer
   */
  ProducerQuotas(Function<String, Rates> rates, Quotas quotas) {
    this.rates = rates;
    this.quotas = quotas;
  }

  /**
   * Quotas as the producers' keys say. Whoever comes without a key is a program or the page on this
   * machine, and has none.
   */
  public static ProducerQuotas of(KeyRing ring, Quotas quotas, Clock clock) {
    return new ProducerQuotas(
        producer ->
            producer.equals(Principal.ANONYMOUS.producer())
                ? Rates.UNLIMITED
                : ring.quotaOf(producer, clock.instant()),
        quotas);
  }

  /**
   * @throws Problem {@link ProblemKind#QUOTA_EXCEEDED} while the producer works off what it has
   *     sent
   */
  @Override
  public void admit(Incoming request, long declaredBytes) {
    Allowance allowance = look(request.principal());
    if (!allowance.isOpen()) {
      throw exceeded(allowance);
    }
  }

  @Override
  public Duration charge(Principal principal, long records, long bytes) {
    String producer = principal.producer();
    return quotas.charge(producer, rates.apply(producer), records, bytes).untilOpen();
  }

  /** {@code GET /v1/me}: who the caller is to this service, and what it may still send. */
  public Route me() {
    return Route.get(
        "/v1/me",
        Access.ANY_KEY,
        (request, body) -> CompletableFuture.completedFuture(me(request.principal())));
  }

  private Answer me(Principal principal) {
    Allowance allowance = look(principal);
    Rates quota = quotas.quotaOf(rates.apply(principal.producer()));
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("producer", principal.producer());
    json.put("key_id", principal.keyId());
    ArrayNode scopes = json.putArray("scopes");
    principal.scopes().stream().sorted().map(Scope::label).forEach(scopes::add);
    ObjectNode quotaNode = json.putObject("quota");
    put(quotaNode, "records_per_second", quota.recordsPerSecond());
    put(quotaNode, "bytes_per_second", quota.bytesPerSecond());
    ObjectNode left = json.putObject("left");
    put(left, "records", Math.max(0, Math.floor(allowance.recordsLeft())));
    put(left, "bytes", Math.max(0, Math.floor(allowance.bytesLeft())));
    json.put("retry_after_seconds", allowance.untilOpen().toMillis() / 1e3);
    return Answer.json(200, json);
  }

  /** A number, or null for no limit: JSON knows no infinity. */
  private static void put(ObjectNode node, String name, double number) {
    if (Double.isInfinite(number)) {
      node.putNull(name);
    } else {
      node.put(name, number);
    }
  }

  private Allowance look(Principal principal) {
    return quotas.look(principal.producer(), rates.apply(principal.producer()));
  }

  private static Problem exceeded(Allowance allowance) {
    boolean byRecords = allowance.recordsLeft() < 1;
    long seconds = TokenBucket.wholeSeconds(allowance.untilOpen());
    Rates granted = allowance.granted();
    return Problem.of(
            ProblemKind.QUOTA_EXCEEDED,
            "more %s came than this producer may send; send this one again in %s s"
                .formatted(byRecords ? "pairs" : "bytes", seconds))
        .with("quota", byRecords ? "records" : "bytes")
        .with("limit_per_second", byRecords ? granted.recordsPerSecond() : granted.bytesPerSecond())
        .retryAfter(seconds);
  }
}
