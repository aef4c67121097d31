package io.pairstream.ingest.fetch.web;

import crawlercommons.robots.SimpleRobotRules;
import crawlercommons.robots.SimpleRobotRules.RobotRule;
import crawlercommons.robots.SimpleRobotRules.RobotRulesMode;
import crawlercommons.robots.SimpleRobotRulesParser;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.ingest.fetch.web.Exchange.Allowance;
import io.pairstream.schemas.LinkHost.InvalidUrlException;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import okhttp3.HttpUrl;

/**
 * Rules of hosts' robots.txt (RFC 9309), each file kept for {@link #KEPT}.
 *
 * <p>A host without one, or that answers 4xx, allows everything. A host that fails, or cannot be
 * reached, is not asked for images either until its robots.txt could be read, which is tried again
 * after {@link #KEPT_FAILED}. Thread-safe.
 */
final class Robots {

  /** Longest time that RFC 9309, section 2.4, lets a file be kept. */
  private static final Duration KEPT = Duration.ofHours(24);

  private static final Duration KEPT_FAILED = Duration.ofMinutes(5);

  /** Most redirects: RFC 9309, section 2.3.1.2. */
  private static final int REDIRECTS = 5;

  /** Bytes that are read: RFC 9309, section 2.5, requires at least 500 KiB. */
  private static final int MAX_BYTES = 512 * 1024;

  private static final long MOST_KEPT_BYTES = 64L * 1024 * 1024;

  /** Bytes of an entry besides its text, roughly. */
  private static final int ENTRY_BYTES = 512;

  /** A file, or the request for it, with its expiry in the timers' nanoseconds. */
  private static final class Kept {

    private final CompletableFuture<Rules> rules = new CompletableFuture<>();
    private long until = Long.MAX_VALUE;
    private long bytes = ENTRY_BYTES;
  }

  private final Requests requests;
  private final FetchSettings.Limits limits;
  private final Timers timers;
  private final Clock clock;
  private final Map<HttpUrl, Kept> files = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  Robots(Requests requests, FetchSettings.Limits limits, Timers timers, Clock clock) {
    this.requests = requests;
    this.limits = limits;
    this.timers = timers;
    this.clock = clock;
  }

  /**
   * Least time between two requests that the host asks for; zero where it names none. {@link
   * FetchStopped} where the address may not be asked, or that is unknown yet.
   */
  CompletableFuture<Duration> interval(HttpUrl url) {
    return rules(url.newBuilder().encodedPath("/robots.txt").query(null).build())
        .thenApply(rules -> rules.interval(url));
  }

  private CompletableFuture<Rules> rules(HttpUrl file) {
    Kept kept;
    synchronized (files) {
      Kept known = files.get(file);
      if (known != null && known.until - timers.nanos() > 0) {
        return known.rules;
      }
      drop(file);
      kept = new Kept();
      files.put(file, kept);
      bytes += kept.bytes;
    }
    var unused =
        follow(file, 0, new Allowance(limits.total(), kept.rules))
            .whenComplete(
                (rules, problem) -> {
                  if (problem == null) {
                    keep(file, kept, KEPT, rules.bytes());
                    kept.rules.complete(rules);
                  } else if (FetchStopped.resultOf(problem).orElse(null)
                      instanceof FetchResult.Failed failed) {
                    Duration time = failed.retryAfter();
                    keep(file, kept, time.compareTo(KEPT_FAILED) > 0 ? time : KEPT_FAILED, 0);
                    kept.rules.completeExceptionally(
                        new FetchStopped(failed.saying("robots.txt: " + failed.detail(), time)));
                  } else {
                    keep(file, kept, Duration.ZERO, 0);
                    kept.rules.completeExceptionally(problem);
                  }
                });
    return kept.rules;
  }

  private CompletableFuture<Rules> follow(HttpUrl at, int redirects, Allowance allowance) {
    return requests
        .get(at, Duration.ZERO, allowance, answer -> read(answer, redirects, allowance))
        .thenCompose(Supplier::get);
  }

  private Supplier<CompletableFuture<Rules>> read(
      HostAnswer answer, int redirects, Allowance allowance) throws IOException {
    Optional<HttpUrl> next;
    try {
      next = answer.redirect();
    } catch (InvalidUrlException e) {
      next = Optional.empty();
    }
    if (next.isPresent() && redirects < REDIRECTS) {
      HttpUrl to = next.get();
      return () -> follow(to, redirects + 1, allowance);
    }
    if (answer.status() == 429 || answer.status() >= 500) {
      throw FetchStopped.status(answer, clock.instant());
    }
    if (answer.status() / 100 == 2 && answer.isEncoded()) {
      throw FetchStopped.lasting(
          RejectReason.FETCH_ROBOTS,
          "the robots.txt of " + answer.host() + " comes compressed, unasked for");
    }
    Rules rules =
        answer.status() / 100 == 2
            ? Rules.parse(answer.read(MAX_BYTES, first -> {}))
            : new Rules(new SimpleRobotRules(RobotRulesMode.ALLOW_ALL), 0);
    return () -> CompletableFuture.completedFuture(rules);
  }

  /** Sets how long a file is kept, if at all, and evicts others to make room. */
  private void keep(HttpUrl file, Kept kept, Duration time, long fileBytes) {
    synchronized (files) {
      if (files.get(file) != kept) {
        return;
      }
      if (time.isZero()) {
        drop(file);
        return;
      }
      kept.until = timers.nanos() + time.toNanos();
      kept.bytes += fileBytes;
      bytes += fileBytes;
      Iterator<Kept> eldest = files.values().iterator();
      while (bytes > MOST_KEPT_BYTES && eldest.hasNext()) {
        bytes -= eldest.next().bytes;
        eldest.remove();
      }
    }
  }

  private void drop(HttpUrl file) {
    Kept dropped = files.remove(file);
    if (dropped != null) {
      bytes -= dropped.bytes;
    }
  }

  /**
   * Rules of a robots.txt.
   *
   * @param textBytes bytes of the lines that were parsed
   */
  private record Rules(SimpleRobotRules rules, int textBytes) {

    /** Longest line that is parsed, in chars; no honest rule is longer. */
    private static final int MAX_LINE = 4096;

    private static final List<String> DIRECTIVES = List.of("user", "dis", "allow", "crawl");

    /** Bytes of a rule besides its text: a rule, a string, an array and a place in a list. */
    private static final int RULE_BYTES = 80;

    /** Most steps of matching one address, roughly; more than any honest file needs. */
    private static final long MAX_STEPS = 20_000_000;

    private static final Duration LONGEST_INTERVAL = Duration.ofDays(1);

    static Rules parse(byte[] text) {
      byte[] lines = honestLines(text).getBytes(StandardCharsets.UTF_8);
      // The parser forbids everything where the delay is longer than its configured limit.
      SimpleRobotRulesParser parser = new SimpleRobotRulesParser(Long.MAX_VALUE, 0);
      List<String> names = List.of(FetchSettings.UserAgent.NAME);
      return new Rules(parser.parseContent("", lines, "text/plain", names), lines.length);
    }

    /**
     * Least time between two requests; zero where it names none.
     *
     * @throws FetchStopped where the address may not be asked
     */
    Duration interval(HttpUrl url) {
      if (!allows(url)) {
        throw FetchStopped.lasting(
            RejectReason.FETCH_ROBOTS, "the robots.txt of " + url.host() + " forbids it");
      }
      long delay = Math.max(0, rules.getCrawlDelay());
      return Duration.ofMillis(Math.min(delay, LONGEST_INTERVAL.toMillis()));
    }

    /**
     * Bytes that its rules take, about: their text, and the objects of each. None is left out,
     * however many there are: what it forbids would be asked for.
     */
    long bytes() {
      return 2L * textBytes + (long) RULE_BYTES * rules.getRobotRules().size();
    }

    private boolean allows(HttpUrl url) {
      if (rules.isAllowAll() || rules.isAllowNone()) {
        return rules.isAllowAll();
      }
      String query = url.encodedQuery();
      String target = url.encodedPath() + (query == null ? "" : "?" + query);
      long steps = 0;
      for (RobotRule rule : rules.getRobotRules()) {
        steps += rule.getPrefix().indexOf('*') < 0 ? 1 : rule.getPrefix().length();
      }
      if (steps * target.length() > MAX_STEPS) {
        return false;
      }
      try {
        // Given as text, an address with a stray % would be taken for the host's front page.
        return rules.isAllowed(new URL("http", "host", target));
      } catch (MalformedURLException e) {
        return false;
      }
    }

    /**
     * Lines worth parsing. Long lines and markup would only make the parser slow: its expressions
     * take time quadratic in a line's length.
     */
    private static String honestLines(byte[] text) {
      StringBuilder kept = new StringBuilder();
      boolean isWide =
          text.length > 1
              && Set.of(0xFEFF, 0xFFFE).contains(((text[0] & 0xFF) << 8) | (text[1] & 0xFF));
      String lines =
          new String(text, isWide ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8)
              .replace("\uFEFF", "");
      for (String line : lines.split("[\\n\\r\\u0085\\u2028\\u2029]")) {
        String directive = line.strip();
        String start = directive.substring(0, Math.min(directive.length(), 8));
        String lower = start.toLowerCase(Locale.ROOT);
        if (directive.length() <= MAX_LINE
            && directive.indexOf('<') < 0
            && DIRECTIVES.stream().anyMatch(lower::startsWith)) {
          kept.append(directive).append('\n');
        }
      }
      return kept.toString();
    }
  }
}
