package io.pairstream.image.plan;

/**
 * A caption that two graphs write, an encoder and a decoder.
 *
 * @param picture how the encoder is shown a picture
 * @param decoding how the decoder writes
 */
public record CaptionWriting(PictureInput picture, CaptionDecoding decoding) implements ModelTask {}
