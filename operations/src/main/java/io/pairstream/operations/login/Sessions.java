package io.pairstream.operations.login;

import io.pairstream.schemas.Sha256;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Sessions of people who logged in, in memory: a restart ends them all.
 *
 * <p>A session is a random name of 256 bits that stands for the id of a key. Only digests of the
 * names are kept. Where there are too many, the ones that were longest idle end: first those of the
 * same key. Thread-safe.
 */
final class Sessions {

  /** However busy it is. */
  static final Duration LONGEST = Duration.ofHours(8);

  /** Without a request. */
  static final Duration IDLE = Duration.ofHours(1);

  static final int MOST_OF_A_KEY = 20;
  static final int MOST = 1000;

  private static final int NAME_BYTES = 32;
  private static final Pattern NAME = Pattern.compile("[0-9a-f]{64}");

  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Session> byDigest = new HashMap<>();

  private record Session(String keyId, Instant startedAt, Instant usedAt) {

    boolean isOverAt(Instant now) {
      return !now.isBefore(startedAt.plus(LONGEST)) || !now.isBefore(usedAt.plus(IDLE));
    }
  }

  Sessions(Clock clock) {
    this.clock = clock;
  }

  /** Begins a session of a key's holder; returns its name, which exists nowhere else. */
  synchronized String begin(String keyId) {
    Instant now = clock.instant();
    byDigest.values().removeIf(session -> session.isOverAt(now));
    if (byDigest.values().stream().filter(s -> s.keyId().equals(keyId)).count() >= MOST_OF_A_KEY) {
      endLongestIdle(session -> session.keyId().equals(keyId));
    }
    if (byDigest.size() >= MOST) {
      endLongestIdle(session -> true);
    }
    byte[] drawn = new byte[NAME_BYTES];
    random.nextBytes(drawn);
    String name = HexFormat.of().formatHex(drawn);
    byDigest.put(digest(name), new Session(keyId, now, now));
    return name;
  }

  /** The id of the key whose holder's session it is, which is idle no longer; or nothing. */
  synchronized Optional<String> use(String name) {
    if (!NAME.matcher(name).matches()) {
      return Optional.empty();
    }
    String digest = digest(name);
    Session session = byDigest.get(digest);
    if (session == null) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    if (session.isOverAt(now)) {
      byDigest.remove(digest);
      return Optional.empty();
    }
    byDigest.put(digest, new Session(session.keyId(), session.startedAt(), now));
    return Optional.of(session.keyId());
  }

  /** Ends a session, if there is one of that name. */
  synchronized void end(String name) {
    byDigest.remove(digest(name));
  }

  synchronized int count() {
    return byDigest.size();
  }

  private void endLongestIdle(Predicate<Session> among) {
    byDigest.entrySet().stream()
        .filter(entry -> among.test(entry.getValue()))
        .min(Comparator.comparing(entry -> entry.getValue().usedAt()))
        .map(Map.Entry::getKey)
        .ifPresent(byDigest::remove);
  }

  private static String digest(String name) {
    return HexFormat.of().formatHex(Sha256.of(name));
  }
}
