/** Captions as numbers: byte-pair token ids of fixed length. */
package io.pairstream.cleaning.tokens;
