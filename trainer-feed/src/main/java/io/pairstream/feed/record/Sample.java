package io.pairstream.feed.record;

/**
 * What a trainer needs of a prepared pair. The image stays where it was: in the record's value.
 *
 * @param split as the record has it: TRAINING, VALIDATION or TEST
 * @param imageEncoding jpeg, png or raw
 * @param imageOffset first byte of the encoded image in the record's value
 * @param imageLength its length in bytes
 * @param shape as the record has it
 * @param colour rgb, grey, hsv, lab or ycrcb
 * @param tokenLength how many token ids the record has, padding included
 * @param tokenCount how many of them are the caption's
 */
public record Sample(
    String pairId,
    String split,
    String caption,
    String imageEncoding,
    int imageOffset,
    int imageLength,
    ImageShape shape,
    String colour,
    int tokenLength,
    int tokenCount) {}
