/**
 * Captions as text: what was received becomes visible, normalised characters that are worth
 * training on. Nothing here knows of images, languages or tokens.
 */
package io.pairstream.cleaning.caption;
