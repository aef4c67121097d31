package io.pairstream.operate.lag;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.pairstream.curation.sentence.Sentence;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The first record that a group has not read on a partition. All text comes from the record's
 * sender, and may be hostile.
 *
 * @param offset its offset
 * @param bytes size of key and value as they are stored uncompressed, in bytes
 * @param at its timestamp
 * @param key its key as text, at most 100 characters; empty where it has none
 * @param mediaType {@code image/jpeg} by its first bytes; empty where it is no image
 * @param width declared width in pixels
 * @param height declared height in pixels
 * @param caption first words of its caption; empty where it has none
 * @param picture path of the picture on the operators' service
 * @param sentence what it is: {@code 3.1 MB CMYK JPEG}
 * @param isPair whether it is a pair of the data set, which has a card
 */
public record HeadRecord(
    long offset,
    long bytes,
    Instant at,
    String key,
    String mediaType,
    OptionalInt width,
    OptionalInt height,
    String caption,
    Optional<String> picture,
    Sentence sentence,
    @JsonProperty("is_pair") boolean isPair) {}
