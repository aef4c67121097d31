/**
 * Captions as text: what was received becomes visible, normalised characters of a length worth
 * training on. Nothing here knows of images or tokens.
 */
package io.pairstream.cleaning.caption;
