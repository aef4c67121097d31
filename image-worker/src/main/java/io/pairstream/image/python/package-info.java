/**
 * Processes that run functions in Python, of cards and of recipes, by an interpreter of their
 * authors. No native code here.
 */
package io.pairstream.image.python;
