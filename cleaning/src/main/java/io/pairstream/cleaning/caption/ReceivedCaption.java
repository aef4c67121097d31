package io.pairstream.cleaning.caption;

/**
 * A caption as it came.
 *
 * @param text the caption; well-formed UTF-8 has been checked where the bytes were read
 * @param languageHint the producer's hint, a BCP 47 tag; empty where unknown
 * @param fileName the image file's name or its address, whatever the producer gives; empty where
 *     unknown
 */
public record ReceivedCaption(String text, String languageHint, String fileName) {}
