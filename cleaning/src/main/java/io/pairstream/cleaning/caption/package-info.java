/** Captions as text: bytes to clean, normalised characters of a length worth training on. */
package io.pairstream.cleaning.caption;
