/**
 * Model cards: what a model is, what it is shown and what is taken of what it says. Plain values
 * and their file; knows neither a runtime of models nor a picture's bytes.
 */
package io.pairstream.image.card;
