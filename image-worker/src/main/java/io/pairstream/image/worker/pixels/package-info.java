/**
 * Pixels in the child process: decoding, colour, scaling, measuring and encoding of one image, on
 * native codecs. Knows the values of {@link io.pairstream.cleaning.image}, but no cleaning step, no
 * model and no protocol.
 */
package io.pairstream.image.worker.pixels;
