package io.pairstream.operations.links;

import java.time.Instant;
import java.util.Optional;

/**
 * Which of the links in quarantine are meant.
 *
 * @param reason only those that failed for it
 * @param host only those of this host, as {@link io.pairstream.schemas.LinkHost} writes it
 * @param since only those that failed at that time or later
 */
public record FailedLinks(
    Optional<String> reason, Optional<String> host, Optional<Instant> since) {}
