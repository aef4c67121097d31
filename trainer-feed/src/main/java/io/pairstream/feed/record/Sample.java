package io.pairstream.feed.record;

/**
 * What a trainer needs of a prepared pair. The image stays where it was: in the record's value.
 *
 * @param split as the record has it: TRAINING, VALIDATION or TEST
 * @param imageEncoding jpeg, png or raw
 * @param imageOffset first byte of the encoded image in the record's value
 * @param imageLength its length in bytes
 * @param tokenCount how many token ids the record has, padding included
 */
public record Sample(
    String pairId,
    String split,
    String caption,
    String imageEncoding,
    int imageOffset,
    int imageLength,
    int widthPx,
    int heightPx,
    int channels,
    int tokenCount) {}
