/**
 * Which language a caption is in: the script where one language alone is written in it, n-grams
 * where several are, and the producer's hint. Nothing here knows of images or tokens.
 */
package io.pairstream.cleaning.language;
