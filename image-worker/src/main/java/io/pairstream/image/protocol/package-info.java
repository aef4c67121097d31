/**
 * What travels between an image worker and its client. Knows neither codecs nor cleaning steps, so
 * that both ends can load it.
 */
package io.pairstream.image.protocol;
