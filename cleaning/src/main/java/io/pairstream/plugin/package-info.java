/**
 * Steps that come in a jar of a recipe's author. A plugin compiles against this package alone, and
 * sees at run time nothing else of the product; the package knows nothing of how steps are run.
 */
package io.pairstream.plugin;
