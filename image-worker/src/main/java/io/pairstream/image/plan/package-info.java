/**
 * Work of a model's process: what the model is shown, and what is taken of its answer. Plain values
 * that travel to the process; knows no card and no file.
 */
package io.pairstream.image.plan;
