package io.pairstream.cleaning.caption;

/**
 * A caption fit for training.
 *
 * @param text cleaned text, in NFC
 * @param language BCP 47 tag; {@code und} where unknown
 */
public record CleanedCaption(String text, String language) {}
