package io.pairstream.operations.lag.watch;

import io.pairstream.operations.lag.HeadRecord;
import java.util.Optional;

/**
 * What was found where a group reads next.
 *
 * @param record the first record; empty where there is none up to {@code lookedUpTo}
 * @param lookedUpTo where the log ended when that was looked for
 */
record Head(Optional<HeadRecord> record, long lookedUpTo) {}
