/**
 * The recipe: one YAML file that says which limits the steps work with. Each step reads its own
 * keys from a {@link io.pairstream.cleaning.recipe.RecipeReader}; a key that no step reads is a
 * mistake.
 */
package io.pairstream.cleaning.recipe;
