/**
 * Captions as words: segmentation, stop words, stems and lemmas, for statistics and as other forms
 * of the text. The training caption is never changed by any of it.
 */
package io.pairstream.cleaning.words;
