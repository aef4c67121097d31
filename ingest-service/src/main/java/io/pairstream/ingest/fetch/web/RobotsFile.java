package io.pairstream.ingest.fetch.web;

import crawlercommons.robots.SimpleRobotRules;
import crawlercommons.robots.SimpleRobotRules.RobotRule;
import crawlercommons.robots.SimpleRobotRules.RobotRulesMode;
import crawlercommons.robots.SimpleRobotRulesParser;
import io.pairstream.cleaning.RejectReason;
import io.pairstream.ingest.fetch.web.Reading.Treatment;
import java.net.MalformedURLException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** A host's robots.txt. Immutable. */
final class RobotsFile {

  /** RFC 9309, section 2.5: at least 500 kibibytes must be read. */
  static final int MAX_BYTES = 512 * 1024;

  /** Whatever a host answers, it is read as far as that. */
  static final Reading READING =
      new Reading(
          MAX_BYTES,
          true,
          head -> head.status() / 100 == 2 ? Treatment.TAKEN : Treatment.SKIPPED,
          (head, first) -> false);

  /** Everything is allowed. */
  static final RobotsFile ALL = new RobotsFile(new SimpleRobotRules(RobotRulesMode.ALLOW_ALL), 0);

  /** No rule is longer; a longer line is there to cost time. */
  private static final int MAX_LINE = 4096;

  /** The lines that we go by. */
  private static final List<String> DIRECTIVES = List.of("user", "dis", "allow", "crawl");

  /** What a rule takes besides its text: a rule, a string, an array and a place in a list. */
  private static final int RULE_BYTES = 80;

  /** Most steps that looking up one address may take, about; more than any honest file needs. */
  private static final long MAX_STEPS = 20_000_000;

  private static final Duration LONGEST_INTERVAL = Duration.ofDays(1);

  private final SimpleRobotRules rules;
  private final int bytes;

  private RobotsFile(SimpleRobotRules rules, int bytes) {
    this.rules = rules;
    this.bytes = bytes;
  }

  /**
   * What a host answers in the place of its robots.txt.
   *
   * @throws FetchStopped where it could not be read, so that images of its host have to wait
   */
  static RobotsFile of(WebAddress at, Answer answer) {
    int status = answer.head().status();
    if (status == 429 || status >= 500) {
      throw new FetchStopped(Failures.status(at.host(), answer.head(), answer.at()));
    }
    if (status / 100 != 2) {
      return ALL;
    }
    if (answer.head().isEncoded()) {
      throw new FetchStopped(
          Failures.lasting(
              RejectReason.FETCH_ROBOTS,
              "the robots.txt of " + at.host() + " comes compressed, unasked for"));
    }
    return parse(answer.body().bytes());
  }

  static RobotsFile parse(byte[] text) {
    byte[] lines = honestLines(text).getBytes(StandardCharsets.UTF_8);
    // The parser forbids everything where the delay is longer than it is told to accept.
    SimpleRobotRulesParser parser = new SimpleRobotRulesParser(Long.MAX_VALUE, 0);
    SimpleRobotRules rules = parser.parseContent("", lines, "text/plain", List.of(UserAgent.NAME));
    return new RobotsFile(rules, lines.length);
  }

  /**
   * Least time between two requests; zero where it names none.
   *
   * @throws FetchStopped where the address may not be asked
   */
  Duration interval(WebAddress address) {
    if (!allows(address)) {
      throw new FetchStopped(
          Failures.lasting(
              RejectReason.FETCH_ROBOTS, "the robots.txt of " + address.host() + " forbids it"));
    }
    long delay = Math.max(0, rules.getCrawlDelay());
    return Duration.ofMillis(Math.min(delay, LONGEST_INTERVAL.toMillis()));
  }

  /**
   * Bytes that its rules take, about: their text, and the objects of each. None is left out,
   * however many there are: what it forbids would be asked for.
   */
  long bytes() {
    return 2L * bytes + (long) RULE_BYTES * rules.getRobotRules().size();
  }

  private boolean allows(WebAddress address) {
    if (rules.isAllowAll() || rules.isAllowNone()) {
      return rules.isAllowAll();
    }
    long steps = 0;
    for (RobotRule rule : rules.getRobotRules()) {
      steps += rule.getPrefix().indexOf('*') < 0 ? 1 : rule.getPrefix().length();
    }
    if (steps * address.target().length() > MAX_STEPS) {
      return false;
    }
    try {
      // Given as text, an address with a stray % would be taken for the host's front page.
      return rules.isAllowed(new URL("http", "host", address.target()));
    } catch (MalformedURLException e) {
      return false;
    }
  }

  /**
   * The lines that we go by. What is too long, and markup, would only make the parser slow: it has
   * expressions that take the square of a line's length.
   */
  private static String honestLines(byte[] text) {
    StringBuilder kept = new StringBuilder();
    for (String line : decoded(text).split("[\\n\\r\\u0085\\u2028\\u2029]")) {
      String directive = line.strip();
      if (directive.length() <= MAX_LINE && directive.indexOf('<') < 0 && isDirective(directive)) {
        kept.append(directive).append('\n');
      }
    }
    return kept.toString();
  }

  private static boolean isDirective(String line) {
    String start = line.substring(0, Math.min(line.length(), 8)).toLowerCase(Locale.ROOT);
    return DIRECTIVES.stream().anyMatch(start::startsWith);
  }

  private static String decoded(byte[] text) {
    if (text.length >= 2 && (text[0] & 0xFF) == 0xFF && (text[1] & 0xFF) == 0xFE) {
      return new String(text, 2, text.length - 2, StandardCharsets.UTF_16LE);
    }
    if (text.length >= 2 && (text[0] & 0xFF) == 0xFE && (text[1] & 0xFF) == 0xFF) {
      return new String(text, 2, text.length - 2, StandardCharsets.UTF_16BE);
    }
    String utf8 = new String(text, StandardCharsets.UTF_8);
    return utf8.startsWith("\uFEFF") ? utf8.substring(1) : utf8;
  }
}
