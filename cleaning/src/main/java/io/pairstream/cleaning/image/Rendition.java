package io.pairstream.cleaning.image;

/**
 * A further picture that is made of the same decoded pixels.
 *
 * @param name its name in recipe and record
 * @param output what it looks like
 */
public record Rendition(String name, PictureOutput output) {}
