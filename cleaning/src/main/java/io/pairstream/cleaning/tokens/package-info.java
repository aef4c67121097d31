/**
 * Captions as numbers: token ids of fixed length, by the vocabularies that come with the product or
 * by a tokenizer.json of the user's. Ids are those of the Python references, whatever the version
 * of Java; nothing here changes the caption itself.
 */
package io.pairstream.cleaning.tokens;
