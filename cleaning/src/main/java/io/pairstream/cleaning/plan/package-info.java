/**
 * The plan of a recipe: which steps a pair meets in which order, and what a change of the recipe
 * asks for.
 */
package io.pairstream.cleaning.plan;
