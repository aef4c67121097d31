/** Commands about recipes: what they say, keep and change, and what a data set holds. */
package io.pairstream.cli.recipe;
