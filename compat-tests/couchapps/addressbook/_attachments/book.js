const count = document.querySelector('#count');
if (count) count.textContent = `${document.querySelectorAll('li').length} contacts`;
