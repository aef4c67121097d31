/**
 * Views with a name, kept on the data set's topic of views: frozen ones, and ones that grow while
 * the split does. Knows nothing of orders and batches.
 */
package io.pairstream.feed.view.named;
