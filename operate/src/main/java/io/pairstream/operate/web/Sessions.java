package io.pairstream.operate.web;

import io.pairstream.schemas.Sha256;
import io.pairstream.service.http.Principal;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Sessions of people who logged in, in memory: a restart ends them all.
 *
 * <p>A session is a random name of 256 bits that stands for its holder. Only digests of the names
 * are kept. Where a key has too many, or all together, the one that was longest idle ends: of that
 * key, or of all. Thread-safe.
 */
final class Sessions {

  /** However busy it is. */
  static final Duration LONGEST = Duration.ofHours(8);

  /** Without a request. */
  static final Duration IDLE = Duration.ofHours(1);

  static final int MOST = 1000;

  /** Each of a person's browsers has one. */
  static final int MOST_OF_A_KEY = 20;

  private static final int NAME_BYTES = 32;

  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  /** By digest of the name, the longest idle first. */
  private final Map<String, Session> sessions = new LinkedHashMap<>();

  private record Session(Principal holder, Instant startedAt, Instant usedAt) {

    boolean isOverAt(Instant now) {
      return !now.isBefore(startedAt.plus(LONGEST)) || !now.isBefore(usedAt.plus(IDLE));
    }
  }

  Sessions(Clock clock) {
    this.clock = clock;
  }

  /** Begins a session; returns its name, which exists nowhere else. */
  synchronized String begin(Principal holder) {
    Instant now = clock.instant();
    sessions.values().removeIf(session -> session.isOverAt(now));
    List<String> own =
        sessions.entrySet().stream()
            .filter(session -> session.getValue().holder().keyId().equals(holder.keyId()))
            .map(Map.Entry::getKey)
            .toList();
    if (own.size() >= MOST_OF_A_KEY) {
      sessions.remove(own.get(0));
    } else if (sessions.size() >= MOST) {
      sessions.remove(sessions.keySet().iterator().next());
    }
    byte[] drawn = new byte[NAME_BYTES];
    random.nextBytes(drawn);
    String name = HexFormat.of().formatHex(drawn);
    sessions.put(digest(name), new Session(holder, now, now));
    return name;
  }

  /** Who began the session, which is idle no longer; or nothing. */
  synchronized Optional<Principal> use(String name) {
    Instant now = clock.instant();
    String digest = digest(name);
    Session session = sessions.remove(digest);
    if (session == null || session.isOverAt(now)) {
      return Optional.empty();
    }
    sessions.put(digest, new Session(session.holder(), session.startedAt(), now));
    return Optional.of(session.holder());
  }

  /** Ends a session, if there is one of that name. */
  synchronized void end(String name) {
    sessions.remove(digest(name));
  }

  /** Ends every session of the holder with that id. */
  synchronized void endAllOf(String keyId) {
    sessions.values().removeIf(session -> session.holder().keyId().equals(keyId));
  }

  private static String digest(String name) {
    return HexFormat.of().formatHex(Sha256.of(name));
  }
}
