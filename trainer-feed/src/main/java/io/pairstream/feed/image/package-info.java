/** Decoding of the images that our own encoder wrote; the only place here that sees OpenCV. */
package io.pairstream.feed.image;
