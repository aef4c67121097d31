package io.pairstream.image.model;

/**
 * A picture as it is stored. Takes ownership of the bytes, which must not be changed.
 *
 * @param bytes a file, or for {@code raw} uint8 [height, width, channels] in RGB or grey
 * @param encoding {@code raw} for pixels; anything else for a file, whose own bytes tell its type
 * @param width in pixels; read for {@code raw} alone, like {@code height} and {@code channels}
 * @param height in pixels
 * @param channels 1 or 3
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ShownPicture(byte[] bytes, String encoding, int width, int height, int channels) {}
