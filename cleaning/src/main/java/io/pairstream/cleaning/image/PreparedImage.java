package io.pairstream.cleaning.image;

/**
 * An image as the trainer sees it.
 *
 * @param encoded the pixels, encoded as {@code encoding} says; decoded: uint8 [heightPx, widthPx,
 *     3], RGB, row-major
 * @param encoding encoding of {@code encoded}
 * @param widthPx width in pixels
 * @param heightPx height in pixels
 * @param originalWidthPx width of the original after EXIF rotation
 * @param originalHeightPx height of the original after EXIF rotation
 * @param perceptualHash 64-bit DCT hash of the prepared pixels
 */
public record PreparedImage(
    EncodedImage encoded,
    ImageEncoding encoding,
    int widthPx,
    int heightPx,
    int originalWidthPx,
    int originalHeightPx,
    long perceptualHash) {}
