/** What a view is: its blocks, its file, its name, and the topic of named views. */
package io.pairstream.feed.view;
