package io.pairstream.image.plan;

/**
 * A cascade of OpenCV, Haar or LBP, run on a whole picture.
 *
 * @param longerSidePx what a picture's longer side is scaled down to; 32 to 4096
 */
public record CascadeDetection(int longerSidePx) implements ModelTask {}
