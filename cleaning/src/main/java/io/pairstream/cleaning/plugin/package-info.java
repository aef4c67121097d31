/**
 * Steps of a recipe author's own, of jars and of files of Python: how they are found, set up and
 * kept from harming the stream. Knows nothing of the steps that come with the product.
 */
package io.pairstream.cleaning.plugin;
