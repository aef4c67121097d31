/**
 * Functions in Python that a recipe or a card names: where their files are, and what they are
 * shown. Starts no process.
 */
package io.pairstream.cleaning.python;
