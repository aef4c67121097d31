/**
 * Images before, at and after the gate: what the header of an encoded image says, which shapes are
 * worth training on, and the prepared pixels. Decoding itself happens behind {@link
 * io.pairstream.cleaning.image.ImageWorker}, in another process.
 */
package io.pairstream.cleaning.image;
