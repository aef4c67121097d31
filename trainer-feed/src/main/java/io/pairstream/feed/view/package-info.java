/** Views: their blocks, files and names, and the topic of named ones. */
package io.pairstream.feed.view;
