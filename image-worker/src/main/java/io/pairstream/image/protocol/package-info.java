/**
 * Messages between an image worker and its client. Knows the values of {@link
 * io.pairstream.cleaning.image}, but neither codecs nor cleaning steps.
 */
package io.pairstream.image.protocol;
