package io.pairstream.cleaning.image;

/** An image file format that is recognised by its magic bytes. */
public enum ImageType {
  JPEG,
  PNG,
  WEBP,
  GIF
}
