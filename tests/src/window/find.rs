//! Scripts that find things in the page as a person finds them.
//!
//! Words are put together from the texts of a thing, with a space between each two: what is hidden
//! from the eye alone is read with a pause too.

/// The page's name.
pub(super) const PAGE: &str = "return document.querySelector('main')?.dataset.page ?? ''";

/// The page's heading.
pub(super) const HEADING: &str = "return document.querySelector('h1')?.innerText ?? ''";

/// All that can be read.
pub(super) const TEXT: &str = "return document.body.innerText";

/// Whether a text can be read.
pub(super) const HAS_TEXT: &str =
    "return document.body.innerText.replace(/\\s+/g, ' ').includes(arguments[0])";

/// The field of a label; a label may go on after these words. A dialog covers all else.
pub(super) const FIELD: &str = "
    const within = document.querySelector('[role=dialog]') ?? document;
    const words = (node) => {
        const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
        const all = [];
        while (texts.nextNode()) all.push(texts.currentNode.data);
        return all.join(' ').replace(/\\s+/g, ' ').trim();
    };
    const labels = [...within.querySelectorAll('label')];
    const label = labels.find((node) => words(node) === arguments[0])
        ?? labels.find((node) => words(node).startsWith(arguments[0]));
    if (!label) return null;
    const field = label.control ?? document.getElementById(label.htmlFor);
    return field && !field.disabled ? field : null;
";

/// The button or link with these words, where it can be pressed. A dialog covers all else.
pub(super) const BUTTON: &str = "
    const within = document.querySelector('[role=dialog]') ?? document;
    const words = (node) => {
        const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
        const all = [];
        while (texts.nextNode()) all.push(texts.currentNode.data);
        return node.getAttribute('aria-label') ?? all.join(' ').replace(/\\s+/g, ' ').trim();
    };
    const all = [...within.querySelectorAll('button, a[href], summary')]
        .filter((node) => !node.disabled && node.getClientRects().length > 0);
    return all.find((node) => words(node) === arguments[0])
        ?? all.find((node) => words(node).startsWith(arguments[0]))
        ?? null;
";

/// The label or the words of what has the focus.
pub(super) const FOCUS: &str = "
    const node = document.activeElement;
    if (!node || node === document.body) return '';
    const label = node.labels?.[0]?.textContent;
    const words = node.getAttribute('aria-label') ?? label ?? node.textContent;
    return words.replace(/\\s+/g, ' ').trim();
";
